"""The one short database transaction of a batch: how large it may be, what came before, and what is recorded."""
