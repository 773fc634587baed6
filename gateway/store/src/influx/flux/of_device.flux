    |> filter(fn: (r) => r.device == device)
