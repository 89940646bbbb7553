"""What is planned and what is stored: matrix, plan, cell, record, store. Trains nothing."""
