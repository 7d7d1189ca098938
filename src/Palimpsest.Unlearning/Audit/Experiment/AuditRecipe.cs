using Palimpsest.Common;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>Finds out whether a model has forgotten what it was asked to forget: asked as usual, asked otherwise, and after a little relearning.</summary>
public sealed record AuditRecipe : Recipe, IValidated
{
    /// <summary>The model that is audited; without files or a store, the one that learns and unlearns first.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>A model that never saw what is to be forgotten, of the same tokenizer: the control of every verdict.</summary>
    /// <value>Without one the audit compares the model with itself alone, and says so.</value>
    public string? Reference { get; init; }

    /// <summary>The model before it was unlearned: what there was to be forgotten.</summary>
    /// <value>The default is none: what relearning brings back is then held against the control alone.</value>
    public string? Original { get; init; }

    /// <summary>A store of owners, one of whom has left: what it serves to those without a mask is audited, against its base model.</summary>
    public AuditStoreSection? Owners { get; init; }

    /// <summary>What it should have forgotten, and what it should know.</summary>
    public AuditDataSection Data { get; init; } = new();

    /// <summary>What is tried.</summary>
    public AuditMethodSection Method { get; init; } = new();

    /// <summary>Whether the audit makes its own models on the embedded world.</summary>
    internal bool OnWorld => Data.Forget is null;

    internal AuditRecipe Completed => OnWorld && Method is { Approximate.Count: 0, Weightless.Count: 0 }
        ? this with { Method = Method with { Approximate = [new AuditArm()] } } : this;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (OnWorld && (Reference ?? Original) is not null)
        {
            yield return "reference and original belong to a model of one's own. Name data.forget and data.retain too, or leave them out.";
        }

        if (Owners is not null && OnWorld)
        {
            yield return "owners needs data.forget and data.retain: the store no longer knows what its former owner's data was.";
        }

        if (Owners is not null && (Original ?? Reference) is not null)
        {
            yield return "owners brings its own reference, the store's base model. Leave out reference and original.";
        }

        if (Model.Adapter is not null && OnWorld)
        {
            yield return "model.adapter belongs to a model of one's own. Name data.forget and data.retain too, or leave it out.";
        }

        if (!OnWorld && Method.Names.Any())
        {
            yield return "method.approximate and method.weightless are for the embedded world, where the audit makes the models itself. Leave them "
                + "out with files of one's own.";
        }
    }
}
