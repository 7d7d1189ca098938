using Palimpsest.Common;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>Finds out whether a model has forgotten what it was asked to forget: asked as usual, asked otherwise, and after a little relearning.</summary>
public sealed record AuditRecipe : Recipe, IValidated
{
    /// <summary>The model that is audited; without files or a store, and where a method is named, the one that learns and unlearns first.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>A model that never saw what is to be forgotten, of the same tokenizer: the control of every verdict. Or the evaluation log of one, TOFU's or
    /// open-unlearning's, a file that ends in <c>.json</c> or <c>.json.gz</c>: it gives forget quality, and no verdict.</summary>
    /// <value>Without one the audit compares the model with itself alone, and says so.</value>
    public string? Reference { get; init; }

    /// <summary>Whether the reference is a log.</summary>
    internal bool HasLog => Reference is string name && (name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase));

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

    /// <summary>Whether the audited models learn and unlearn first.</summary>
    internal bool Makes => OnWorld || Method.Makes;

    internal AuditRecipe Completed => this with
    {
        Method = Method with
        {
            Approximate = OnWorld && Method is { Approximate.Count: 0, Weightless.Count: 0 } ? [new AuditArm()] : Method.Approximate,
            Exact = Method.Exact ?? OnWorld,
        },
        Data = Data.Passages is not null && Data.Form == QuestionForm.Plain ? Data with { Form = QuestionForm.Bare } : Data,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Makes && (Reference ?? Original) is not null)
        {
            yield return "reference and original belong to a given model: name data.forget and data.retain too. Where method.approximate, method.weightless or "
                + "method.exact have the audit make its models, it makes these too: leave them out.";
        }

        if (Owners is not null && OnWorld)
        {
            yield return "owners needs data.forget and data.retain: the store no longer knows what its former owner's data was.";
        }

        if (Owners is not null && (Method.Makes || Model.Name != new ModelSection().Name))
        {
            yield return "owners audits what the store serves. Leave out model.name, method.approximate, method.weightless and method.exact.";
        }

        if (Owners is not null && (Original ?? Reference) is not null)
        {
            yield return "owners brings its own reference, the store's base model. Leave out reference and original.";
        }

        if (Model.Adapter is not null && Makes)
        {
            yield return "model.adapter belongs to a given model. Where the audit makes its models, leave it out; method.lora has them learn by adapters.";
        }

        if (!Makes && Method.Lora is not null)
        {
            yield return "method.lora is how the audit's own models learn. Name a method in method.approximate, or leave it out.";
        }
    }
}
