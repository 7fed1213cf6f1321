"""What a site says of its neighbours and itself: feeds, destinations, EHRs, payers' limits."""
