# Scenes are cut one by one; captions and score are made of the cut scenes at the same time; then the film is put together.
locals {
  in_jsonpath = {
    StartAt = "Scenes"
    States = {
      Scenes = {
        Type           = "Map"
        ItemsPath      = "$.scenes"
        MaxConcurrency = 4
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Cut"
          States          = { Cut = merge(local.states.JSONPath.cut, { End = true }) }
        }
        ResultPath = "$.scenes"
        Next       = "Sound"
      }
      Sound = {
        Type = "Parallel"
        Branches = [
          { StartAt = "Caption", States = { Caption = merge(local.states.JSONPath.caption, { End = true }) } },
          { StartAt = "Score", States = { Score = merge(local.states.JSONPath.score, { End = true }) } },
        ]
        ResultPath = "$.sound"
        Next       = "Assemble"
      }
      Assemble = merge(local.states.JSONPath.assemble, { End = true })
    }
  }

  in_jsonata = {
    QueryLanguage = "JSONata"
    StartAt       = "Scenes"
    States = {
      Scenes = {
        Type           = "Map"
        Items          = "{% $states.input.scenes %}"
        MaxConcurrency = 4
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Cut"
          States          = { Cut = merge(local.states.JSONata.cut, { End = true }) }
        }
        Output = { scenes = "{% $states.result %}" }
        Next   = "Sound"
      }
      Sound = {
        Type = "Parallel"
        Branches = [
          { StartAt = "Caption", States = { Caption = merge(local.states.JSONata.caption, { End = true }) } },
          { StartAt = "Score", States = { Score = merge(local.states.JSONata.score, { End = true }) } },
        ]
        Output = { scenes = "{% $states.input.scenes %}", sound = "{% $states.result %}" }
        Next   = "Assemble"
      }
      Assemble = merge(local.states.JSONata.assemble, { End = true })
    }
  }
}
