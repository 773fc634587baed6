    |> first()
