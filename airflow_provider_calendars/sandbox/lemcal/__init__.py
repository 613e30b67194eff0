"""lemcal as its documentation describes it: https://developer.lemcal.com/."""
