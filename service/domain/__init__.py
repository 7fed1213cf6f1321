"""The words of the service: plain frozen values, standard library only."""
