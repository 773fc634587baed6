    |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
