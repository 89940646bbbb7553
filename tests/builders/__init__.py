"""Made-up records, files and evidence that several tests share."""
