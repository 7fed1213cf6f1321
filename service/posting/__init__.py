"""The ways out: each destination makes a parcel of a charge, and delivers it."""
