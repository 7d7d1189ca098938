using Palimpsest.Runs.Claims;
using Palimpsest.Unlearning.BenignModifications;
using Palimpsest.Unlearning.Relearning;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>The figures of an audit for claims: an arm is a model.</summary>
internal static class AuditFigures
{
    private const string Set = "set";

    public static IReadOnlyList<ClaimResult> Of(AuditRecipe recipe, AuditResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(result);
        ClaimResult Figure(string arm, string metric, double value, params (string Key, string Value)[] at) => new(arm, metric, recipe.Seed, value)
        {
            At = at.ToDictionary(item => item.Key, item => item.Value, StringComparer.Ordinal),
        };
        return
        [
            .. result.Others.SelectMany(other => other.Ordinary.Select(found => found.ToResult(other.Model, recipe.Seed))),
            .. result.Others.SelectMany(other => other.Courses.Select(course =>
                Figure(other.Model, "relearned_success", course.Best("success").Mean("success"), (Set, course.Set)))),
            .. result.Models.SelectMany(model => Model(model, Figure)),
            .. result.Models.SelectMany(model => model.Ordinary.Select(found => found.ToResult(model.Model, recipe.Seed))),
        ];
    }

    private static IEnumerable<ClaimResult> Model(AuditOutcome model, Func<string, string, double, (string, string)[], ClaimResult> figure)
    {
        foreach (RelearnCourse course in model.Courses)
        {
            yield return figure(model.Model, "relearned_success", course.Best("success").Mean("success"), [(Set, course.Set)]);
        }

        foreach (RelearnRecovery recovery in model.Recoveries)
        {
            yield return figure(model.Model, "relearned_beyond_control", recovery.Relearned - recovery.ControlRelearned, [(Set, recovery.Set)]);
            if (recovery.Share is { } share)
            {
                yield return figure(model.Model, "recovered_share", share.Estimate, [(Set, recovery.Set)]);
            }
        }

        foreach (ModifiedScore row in model.Benign?.Scores ?? [])
        {
            (string, string)[] at =
            [
                ("modification", row.Modification), ("measure", row.Measure.ToString().ToLowerInvariant()), (Set, row.Side.ToString().ToLowerInvariant()),
            ];
            yield return figure(model.Model, "modified", row.Modified, at);
            yield return figure(model.Model, "unmodified", row.Unmodified, at);
            if (row.Beyond is { } beyond)
            {
                yield return figure(model.Model, "beyond_control", beyond.Estimate, at);
            }
        }
    }
}
