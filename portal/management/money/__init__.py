"""What money costs: the whole path of a payment beside its writes alone, and the ledger's check over a million entries."""
