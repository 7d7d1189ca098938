using Palimpsest.Torch;
using Palimpsest.Training.Objectives;

namespace Palimpsest.Jobs.Finetune;

/// <summary>The sessions by task and objective.</summary>
internal static class FinetuneSessions
{
    /// <summary>Opens data and model.</summary>
    /// <param name="recipe">A recipe without problems.</param>
    /// <param name="torch">Device, compute type and seed.</param>
    /// <param name="context">The run.</param>
    public static FinetuneSession Open(FinetuneRecipe recipe, TorchContext torch, JobContext context) => recipe.Method.Objective is NextTokenOptions
        ? new LanguageSession(recipe, torch)
        : new PreferenceSession(recipe, torch, context);
}
