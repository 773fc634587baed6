    |> last()
