namespace Palimpsest.Interpretability.SparseAutoencoders.Formats;

/// <summary>Opens a folder of any known form.</summary>
public static class SaeFolder
{
    /// <summary>Loads it.</summary>
    /// <param name="folder">SAELens's form, or sparsify's.</param>
    /// <exception cref="PalimpsestException">There is no such folder, or it is damaged.</exception>
    public static SparseAutoencoder Load(string folder) =>
        !Directory.Exists(folder) ? throw new PalimpsestException($"{folder}: there is no such folder. Name the folder of a sparse autoencoder, with its "
            + $"cfg.json.")
        : File.Exists(Path.Combine(folder, SparsifyFolder.WeightsName)) ? SparsifyFolder.Load(folder) : SaeLensFolder.Load(folder);
}
