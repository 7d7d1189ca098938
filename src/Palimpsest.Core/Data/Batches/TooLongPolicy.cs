namespace Palimpsest.Data.Batches;

/// <summary>What happens to an example with more tokens than fit.</summary>
public enum TooLongPolicy
{
    /// <summary>The run stops with a message that shows the example.</summary>
    Error,

    /// <summary>The example loses its end; if none of its completion would be left, it is left out.</summary>
    Truncate,

    /// <summary>The example is left out.</summary>
    Skip,
}
