"""One folder per helpdesk, each exporting `connector` (see `assist.helpdesk.Connector`)."""
