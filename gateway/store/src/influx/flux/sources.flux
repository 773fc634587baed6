// The newest reading of every source of a site.
from(bucket: bucket)
    |> range(start: start, stop: stop)
    |> filter(fn: (r) => r.site == site and (r._field == "value" or r._field == "lag" or r._field == "by_arrival"))
    |> last()
