"""How services are written down elsewhere: Open Referral UK / HSDS 3.0 as JSON and as tables, and one simple sheet."""
