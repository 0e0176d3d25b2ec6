"""What holds whoever writes or reads: approvals of exact texts, and what calls cost."""
