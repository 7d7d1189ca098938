using Palimpsest.Models.Sources;
using Palimpsest.Text;
using Palimpsest.Torch;

namespace Palimpsest.Models;

/// <summary>Writes a model of any form as a Hugging Face folder.</summary>
public static class ModelConverter
{
    /// <summary>
    /// Converts a model with its tokenizer and, of a sentence encoder, what says how vectors are made. The folder appears whole under its name or not at all:
    /// it is written under another name first.
    /// </summary>
    /// <param name="source">A GGUF file, a llama2.c file or a Hugging Face folder.</param>
    /// <param name="target">The new folder; it must not exist.</param>
    /// <param name="type">Element type of the weights. F32 keeps every decoded value; bf16 halves the file and rounds.</param>
    /// <exception cref="PalimpsestException">The model cannot be read, or the folder exists or cannot be written.</exception>
    public static void Convert(string source, string target, ComputeType type = ComputeType.F32)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        NativeLibraries.EnsureLoaded();
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)), temporary = $"{folder}.{Environment.ProcessId}.tmp";
        if (Directory.Exists(folder) || File.Exists(folder))
        {
            throw new PalimpsestException($"{target}: exists already. Name another folder, or remove this one first.");
        }

        using ModelSource model = ModelSource.Open(source);
        Tokenizer tokenizer = model.ReadTokenizer();
        try
        {
            ModelFolder.Save(model, temporary, type);
            tokenizer.Save(temporary);
            foreach (string file in SentenceFolder.Files(source))
            {
                string copy = Path.Combine(temporary, file);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(Path.Combine(source, file), copy);
            }

            Directory.Move(temporary, folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Remove(temporary);
            throw new PalimpsestException($"{target}: cannot be written ({error.Message}). Nothing was left half-written.", error);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What stopped the writing may keep it from being removed too; the error that matters is the first one.
        }
    }
}
