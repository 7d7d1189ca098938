using Palimpsest.Common;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>Owners of the embedded world whose facts a model learns, and some of whom it then unlearns.</summary>
public sealed record AuditWorldSection : IValidated
{
    /// <summary>Owners that are to be forgotten.</summary>
    /// <value>The default is 2.</value>
    public int Forgotten { get; init; } = 2;

    /// <summary>Owners that stay.</summary>
    /// <value>The default is 4.</value>
    public int Retained { get; init; } = 4;

    /// <summary>Facts of each owner, 20 or 40: the first half is asked, the other half (about the same subjects) is what relearning may use.</summary>
    /// <value>The default is 20.</value>
    public int Facts { get; init; } = 20;

    /// <summary>Training examples of a fact.</summary>
    /// <value>The default is 12.</value>
    public int Examples { get; init; } = 12;

    internal int Owners => Forgotten + Retained;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Forgotten < 1 || Retained < 1 || (2 * Forgotten) + Retained > World.OwnerCount)
        {
            yield return $"forgotten and retained must be at least 1, and retained with twice forgotten at most {World.OwnerCount}.";
        }

        if (Facts is < 20 or > Owner.FactCount || Facts % 20 != 0)
        {
            yield return $"facts must be 20 or {Owner.FactCount}: the ten subjects of an owner have a fact each in every ten.";
        }

        if (Examples is < 1 or > 15)
        {
            yield return "examples must be from 1 to 15.";
        }
    }
}
