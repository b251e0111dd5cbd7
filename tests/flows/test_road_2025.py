"""x"""
from tests.flows.road_2025 import Road202507, Road202503, MinorRoad202507
def test_a(road_store):
    road = Road202507(road_store).to("decide_aftercare")
def test_b(road_store):
    road = Road202503(road_store).to("deliver")
def test_c(road_store):
    road = MinorRoad202507(road_store).to("decide_aftercare")
