"""The doors: HTTP, command line and the processes behind `hoso up`."""
