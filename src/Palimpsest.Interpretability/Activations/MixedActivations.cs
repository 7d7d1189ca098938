using System.Text.Json;
using Palimpsest.Data.Batches;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Batches of two sources put together, such as a domain's with some general ones.</summary>
/// <param name="first">Gives its share of each batch.</param>
/// <param name="second">Gives the rest.</param>
public sealed class MixedActivations(IBatchSource<ActivationBatch> first, IBatchSource<ActivationBatch> second) : IBatchSource<ActivationBatch>
{
    /// <inheritdoc/>
    public ActivationBatch Next() => ActivationBatch.Join([first.Next(), second.Next()], apart: true);

    /// <inheritdoc/>
    public string SaveCursor() => JsonSerializer.Serialize(new[] { first.SaveCursor(), second.SaveCursor() });

    /// <inheritdoc/>
    public void RestoreCursor(string cursor)
    {
        string[] both = JsonSerializer.Deserialize<string[]>(cursor)!;
        first.RestoreCursor(both[0]);
        second.RestoreCursor(both[1]);
    }
}
