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
    public static FinetuneSession Open(FinetuneRecipe recipe, TorchContext torch, JobContext context) => recipe.Task switch
    {
        FinetuneTask.Retrieval => new RetrievalSession(recipe, torch, context),
        _ when recipe.Method.Objective is not NextTokenOptions => new PreferenceSession(recipe, torch, context),
        _ => new LanguageSession(recipe, torch),
    };
}
