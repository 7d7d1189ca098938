using Palimpsest.Common;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>An owner store whose deletion is audited.</summary>
public sealed record AuditStoreSection : IValidated
{
    /// <summary>Folder of the store.</summary>
    public string Store { get; init; } = "";

    /// <summary>The receipt that the owner got; it is checked against the store first.</summary>
    /// <value>Without one the deletion is taken on trust.</value>
    public string? Receipt { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Store.Length == 0)
        {
            yield return "store must name the folder of an owner store.";
        }
    }
}
