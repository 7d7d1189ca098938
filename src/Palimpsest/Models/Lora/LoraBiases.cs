namespace Palimpsest.Models.Lora;

/// <summary>Which biases of the base model are trained along.</summary>
public enum LoraBiases
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those of all linear layers.</summary>
    All,

    /// <summary>Those of the adapted layers.</summary>
    LoraOnly,
}
