using System.Globalization;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Common;
using Palimpsest.Jobs;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Trains models and asks each of them everything once, one after the other; what a killed run has kept is not asked for again.</summary>
/// <param name="recipe">What is asked for.</param>
/// <param name="context">The run.</param>
internal abstract class LiveRecording(CascadeRecipe recipe, JobContext context)
{
    /// <summary>What the questions are, for people.</summary>
    public abstract string Subject { get; }

    /// <summary>What is asked for.</summary>
    protected CascadeRecipe Recipe => recipe;

    /// <summary>The run.</summary>
    protected JobContext Context => context;

    /// <summary>All draws.</summary>
    protected RandomStream Random { get; } = new(recipe.Seed, "cascade", "models");

    /// <summary>The questions, without replies.</summary>
    protected abstract IReadOnlyList<RecordedItem> Items { get; }

    /// <summary>The recording of a task.</summary>
    /// <exception cref="PalimpsestException">There are too few questions, or a tier names a model that there is not.</exception>
    public static LiveRecording Of(CascadeRecipe recipe, JobContext context) =>
        recipe.Data.Task == CascadeTask.Facts ? new FactRecording(recipe, context) : new ClassifierRecording(recipe, context);

    /// <summary>Trains and asks.</summary>
    /// <param name="kept">Where the answers of each model are kept.</param>
    /// <returns>The answers; null if the job was told to stop.</returns>
    public Recording? Make(KeptAnswers kept)
    {
        List<Recording> parts = [];
        foreach ((string name, Func<Recording?> ask) in Members())
        {
            if (kept.Of(name, ask) is not Recording part)
            {
                return null;
            }

            parts.Add(part);
            foreach ((int i, RecordedSystem system) in part.Systems.Index())
            {
                context.Log.Say(Invariant($"{system.Name}: {100 * part.Items.Average(item => item.Right[i] ? 1.0 : 0):F1}% right."));
            }
        }

        return Recording.Join(Subject, parts);
    }

    /// <summary>The models in the order in which they are asked; each gives its answers, perhaps with those of its samples, or null if it was told to
    /// stop.</summary>
    protected abstract IEnumerable<(string Name, Func<Recording?> Ask)> Members();

    /// <summary>Whether an answer to a question is right.</summary>
    protected abstract bool IsRight(int item, string answer);

    /// <summary>Refuses tiers of models that there are not, before anything is trained.</summary>
    /// <param name="known">The names that there are.</param>
    /// <param name="further">Other names, in words.</param>
    protected void CheckNames(IReadOnlyList<string> known, string further)
    {
        foreach (string name in recipe.Method.Tiers.SelectMany(tier => tier).Concat(recipe.Method.Samples).Where(name => !known.Contains(name)))
        {
            string near = NearestName.Find(name, known) is string found ? $"Did you mean \"{found}\"? " : "";
            throw new PalimpsestException($"method.tiers: there is no model \"{name}\" here. {near}There are: {string.Join(", ", known)}{further}.");
        }
    }

    /// <summary>Text with numbers as they are written everywhere.</summary>
    protected static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The judged answers of a model.</summary>
    protected Recording Part(string name, string identity, IReadOnlyList<MemberReply> replies) => new(Subject, [new RecordedSystem(name, identity)],
        [.. Items.Select((item, i) => item with { Replies = [replies[i]], Right = [replies[i].Answer.Length > 0 && IsRight(i, replies[i].Answer)] })]);
}
