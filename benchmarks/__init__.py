"""Speed, measured on this machine in one run and told as ratios. `make bench` prints the table."""
