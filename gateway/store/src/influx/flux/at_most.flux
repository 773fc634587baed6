    |> limit(n: most)
