    |> keep(columns: ["_time", "_value", "_field", "channel"])
