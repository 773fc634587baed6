// The readings of a quantity of a device, one table for each channel and field.
from(bucket: bucket)
    |> range(start: start, stop: stop)
    |> filter(fn: (r) => r._measurement == measurement and r.site == site and r.device == device)
