using System.CommandLine;
using System.Text.Json;
using Palimpsest.Models;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest embed --model FOLDER TEXT...</c></summary>
internal static class EmbedCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string[]> texts = new("text") { Description = "Texts to turn into vectors.", Arity = ArgumentArity.OneOrMore };
        Option<string> model = new("--model") { Description = "A sentence-transformers folder with an encoder.", Required = true };
        Option<bool> similarity = new("--similarity") { Description = "Print the cosine of every two texts instead of the vectors." };
        Option<string?> prompt = new("--prompt-name") { Description = "The folder's prompt that is put before each text, such as query; else its default." };
        WeightArguments weights = new();
        Command command = new(
            "embed",
            """
            Turns texts into vectors with a sentence encoder: a line of JSON for each text.

            Example: palimpsest embed --model my-models/all-MiniLM-L6-v2 --similarity "A plane takes off." "An aircraft is starting."
            """)
        {
            texts, model, similarity, prompt,
        };
        weights.AddTo(command);
        command.SetAction(parsed => Run(
            weights.Of(parsed), parsed.GetValue(model)!, parsed.GetValue(texts)!, parsed.GetValue(similarity), parsed.GetValue(prompt), output));
        return command;
    }

    private static int Run(FrozenWeights weights, string folder, string[] texts, bool similarity, string? prompt, TextWriter output)
    {
        using SentenceEncoder encoder = weights.LoadEncoder(folder, CommandTorch.Start(type: weights.ComputeType));
        float[][] vectors = encoder.Embed(texts, prompt: prompt);
        for (int i = 0; i < texts.Length; i++)
        {
            output.WriteLine(similarity ? JsonSerializer.Serialize(vectors.Select(other => Math.Round(Cosine(vectors[i], other), 4))) : JsonSerializer.Serialize(vectors[i]));
        }

        return 0;
    }

    private static double Cosine(float[] a, float[] b)
    {
        double dot = 0, first = 0, second = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            first += (double)a[i] * a[i];
            second += (double)b[i] * b[i];
        }

        return first * second == 0 ? 0 : dot / Math.Sqrt(first * second);
    }
}
