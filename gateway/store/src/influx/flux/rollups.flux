// The rollups of a quantity of a site, one row for each source and bucket.
from(bucket: bucket)
    |> range(start: start, stop: stop)
    |> filter(fn: (r) => r._measurement == measurement and r.site == site)
