"""What is read: pages, tables and figures made of stored records, and of nothing else."""
