"""The public data API: the directory as Open Referral HSDS 3.1. Nothing here knows a person."""
