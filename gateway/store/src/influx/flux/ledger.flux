// The entries of the ledger of a site.
from(bucket: bucket)
    |> range(start: start, stop: stop)
    |> filter(fn: (r) => r._measurement == measurement and r.site == site and r._field == "entry")
