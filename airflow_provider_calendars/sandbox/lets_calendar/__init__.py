"""Let's Calendar as its documentation describes it: https://panel.letscalendar.com/docs."""
