using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
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
        FinetuneTask.MaskedLanguageModel => MaskedLanguageSession.Of(recipe, torch),
        FinetuneTask.Classification when IsEncoder(recipe) => EncoderClassifierSession.Of(recipe, torch),
        _ when recipe.Method.Objective is not NextTokenOptions => new PreferenceSession(recipe, torch, context),
        _ => new LanguageSession(recipe, torch),
    };

    private static bool IsEncoder(FinetuneRecipe recipe)
    {
        using ModelSource source = ModelSource.Open(EmbeddedModels.Resolve(recipe.Model.Name));
        return source.Config is EncoderConfig ? true
            : recipe.Method.Lora is null ? false
            : throw new PalimpsestException($"task classification trains the whole of a model that goes on with texts, such as {recipe.Model.Name}: "
                + "leave out method.lora, or name an encoder.");
    }
}
