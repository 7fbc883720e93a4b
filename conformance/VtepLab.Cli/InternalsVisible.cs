using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("VtepLab.Cli.Tests")]
