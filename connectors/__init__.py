"""One folder per helpdesk, found by itself; `README.md` says how to add one."""
