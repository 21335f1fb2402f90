"""A form that sends what is typed: when its field is left, and when it is sent; to itself and to a third party."""

STEP_PAGES = {
    "/signup": """<!doctype html><title>signup</title>
<form id="form" method="post" action="/joined">
<input id="mail" name="mail"><input id="year" name="year"><button id="send">send</button>
</form>
<script>
document.cookie = "written=w1; Secure; Path=/";
localStorage.setItem("kept", "w1");
const mail = document.querySelector("#mail");
mail.addEventListener("blur", () => fetch("https://third.test/left?em=" + encodeURIComponent(mail.value))
  .finally(() => { document.documentElement.dataset.left = "1"; }));
document.querySelector("#form").addEventListener("submit", () =>
  navigator.sendBeacon("https://third.test/sent", JSON.stringify({user: {em: btoa(mail.value)}})));
</script>""",
    "/joined": "<!doctype html><title>joined</title><p id=thanks>thanks",
}

STEP_COOKIES = {"/signup": ("member=m1; Path=/; Secure; HttpOnly",)}
