"""One recogniser a module, found by `assist.registry.discover`; README.md tells how to add one."""
