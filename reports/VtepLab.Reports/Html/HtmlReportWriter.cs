using System.Security.Cryptography;
using System.Text;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler.Resolvers;
using VtepLab.Results;

namespace VtepLab.Reports.Html;

/// <summary>Writes <c>report.html</c>: one file that needs nothing else, for people.</summary>
/// <remarks>
/// Its content security policy lets only the page's own style and script in, by their hashes, and no connection out; all that came
/// from the device is encoded on the way in and made into text nodes by the script.
/// </remarks>
public sealed class HtmlReportWriter : IReportWriter
{
    private static readonly string Css = Resource("report.css");
    private static readonly string Script = Resource("report.js");
    private static readonly Lazy<HandlebarsTemplate<TextWriter, object, object>> Template = new(Compile);

    /// <inheritdoc/>
    public string FileName => "report.html";

    /// <inheritdoc/>
    public void Write(CertificationRun run, Stream output)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var text = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        var csp = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
            + $"style-src '{Hash(Css)}'; script-src '{Hash(Script)}'";
        Template.Value(text, PageModel.Of(run, csp, Css, Script));
    }

    private static HandlebarsTemplate<TextWriter, object, object> Compile()
    {
        var handlebars = Handlebars.Create(new HandlebarsConfiguration
        {
            TextEncoder = new HtmlText(),
            ExpressionNameResolver = new UpperCamelCaseExpressionNameResolver(),
            ThrowOnUnresolvedBindingExpression = true, // A misspelt member is an error, not a gap in the report.
        });
        using var reader = new StringReader(Resource("report.hbs"));
        return handlebars.Compile(reader);
    }

    private static string Hash(string content) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlReportWriter).Assembly.GetManifestResourceStream($"VtepLab.Reports.Html.{name}")
            ?? throw new InvalidOperationException($"the resource {name} is missing from the build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
