namespace Palimpsest.Models.Lora;

/// <summary>How fresh matrices begin.</summary>
public enum LoraInit
{
    /// <summary>A uniform in ±1/sqrt(inputs), B zero: the adapted model begins as the base model.</summary>
    Kaiming,

    /// <summary>A normal with deviation 1/rank, B zero.</summary>
    Gaussian,

    /// <summary>Both random, B uniform in ±1/sqrt(rank): for tests, as the adapted model begins elsewhere than the base model.</summary>
    Random,
}
