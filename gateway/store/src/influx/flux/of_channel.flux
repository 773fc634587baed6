    |> filter(fn: (r) => r.channel == channel)
