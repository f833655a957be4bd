"""An invitation letter in each language, worded as a school would word it, to set real scripts and real lengths."""

from typing import Final, NamedTuple


class LetterWords(NamedTuple):
    """Everything in a letter that changes with the language."""

    date: str
    heading: str
    greeting: str
    paragraphs: tuple[str, ...]
    code_label: str
    expiry: str
    steps_heading: str
    steps: tuple[str, ...]
    address_label: str
    qr_alt: str
    qr_caption: str
    help: str
    closing: str


LETTER_WORDS: Final = {
    "en": LetterWords(
        "Tuesday 13 October 2026",
        "Your way into the family pages",
        "Dear Nasreen Akhtar,",
        (
            "Oakfield Primary now has web pages for families. There you can read how your child is getting on.",
            "You can also see who helps your child, and choose the language you read in.",
            "This letter is for you alone. Please keep it safe and do not share the code.",
        ),
        "Your code",
        "The code works once, until Tuesday 10 November 2026.",
        "How to begin",
        (
            "Open the web address below, or point your phone at the square.",
            "Type the code.",
            "Choose your language and a PIN of six numbers.",
        ),
        "Web address:",
        "A square code that opens the web address with your code in it",
        "Point your phone here",
        "If you need help, call the school office on 0121 496 0142. We can ring you with someone who speaks your language.",
        "Yours sincerely",
    ),
    "ur": LetterWords(
        "منگل 13 اکتوبر 2026",
        "خاندان کے صفحات تک آپ کا راستہ",
        "محترمہ نسرین اختر،",
        (
            "اوک فیلڈ پرائمری نے خاندانوں کے لیے ویب صفحات بنائے ہیں۔ وہاں آپ پڑھ سکتی ہیں کہ آپ کا بچہ کیسے آگے بڑھ رہا ہے۔",
            "آپ یہ بھی دیکھ سکتی ہیں کہ آپ کے بچے کی مدد کون کرتا ہے، اور اپنی زبان چن سکتی ہیں۔",
            "یہ خط صرف آپ کے لیے ہے۔ اسے سنبھال کر رکھیں اور کوڈ کسی کو نہ دیں۔",
        ),
        "آپ کا کوڈ",
        "یہ کوڈ ایک بار چلتا ہے، منگل 10 نومبر 2026 تک۔",
        "کیسے شروع کریں",
        (
            "نیچے دیا گیا ویب پتہ کھولیں، یا اپنا فون مربع کی طرف کریں۔",
            "کوڈ لکھیں۔",
            "اپنی زبان اور چھ ہندسوں کا PIN چنیں۔",
        ),
        "ویب پتہ:",
        "ایک مربع کوڈ جو آپ کے کوڈ کے ساتھ ویب پتہ کھولتا ہے",
        "فون یہاں دکھائیں",
        "مدد چاہیے تو اسکول کے دفتر کو 0121 496 0142 پر فون کریں۔ ہم آپ کی زبان بولنے والے کے ساتھ آپ کو فون کر سکتے ہیں۔",
        "آپ کی مخلص",
    ),
    "pa": LetterWords(
        "ਮੰਗਲਵਾਰ 13 ਅਕਤੂਬਰ 2026",
        "ਪਰਿਵਾਰਕ ਪੰਨਿਆਂ ਤੱਕ ਤੁਹਾਡਾ ਰਾਹ",
        "ਪਿਆਰੀ ਨਸਰੀਨ ਅਖ਼ਤਰ ਜੀ,",
        (
            "ਓਕਫ਼ੀਲਡ ਪ੍ਰਾਇਮਰੀ ਨੇ ਪਰਿਵਾਰਾਂ ਲਈ ਵੈੱਬ ਪੰਨੇ ਬਣਾਏ ਹਨ। ਉੱਥੇ ਤੁਸੀਂ ਪੜ੍ਹ ਸਕਦੇ ਹੋ ਕਿ ਤੁਹਾਡਾ ਬੱਚਾ ਕਿਵੇਂ ਅੱਗੇ ਵਧ ਰਿਹਾ ਹੈ।",
            "ਤੁਸੀਂ ਇਹ ਵੀ ਦੇਖ ਸਕਦੇ ਹੋ ਕਿ ਤੁਹਾਡੇ ਬੱਚੇ ਦੀ ਮਦਦ ਕੌਣ ਕਰਦਾ ਹੈ, ਅਤੇ ਆਪਣੀ ਭਾਸ਼ਾ ਚੁਣ ਸਕਦੇ ਹੋ।",
            "ਇਹ ਚਿੱਠੀ ਸਿਰਫ਼ ਤੁਹਾਡੇ ਲਈ ਹੈ। ਇਸ ਨੂੰ ਸੰਭਾਲ ਕੇ ਰੱਖੋ ਅਤੇ ਕੋਡ ਕਿਸੇ ਨੂੰ ਨਾ ਦਿਓ।",
        ),
        "ਤੁਹਾਡਾ ਕੋਡ",
        "ਇਹ ਕੋਡ ਇੱਕ ਵਾਰ ਚੱਲਦਾ ਹੈ, ਮੰਗਲਵਾਰ 10 ਨਵੰਬਰ 2026 ਤੱਕ।",
        "ਕਿਵੇਂ ਸ਼ੁਰੂ ਕਰਨਾ ਹੈ",
        (
            "ਹੇਠਾਂ ਦਿੱਤਾ ਵੈੱਬ ਪਤਾ ਖੋਲ੍ਹੋ, ਜਾਂ ਆਪਣਾ ਫ਼ੋਨ ਚੌਰਸ ਵੱਲ ਕਰੋ।",
            "ਕੋਡ ਲਿਖੋ।",
            "ਆਪਣੀ ਭਾਸ਼ਾ ਅਤੇ ਛੇ ਅੰਕਾਂ ਦਾ PIN ਚੁਣੋ।",
        ),
        "ਵੈੱਬ ਪਤਾ:",
        "ਇੱਕ ਚੌਰਸ ਕੋਡ ਜੋ ਤੁਹਾਡੇ ਕੋਡ ਨਾਲ ਵੈੱਬ ਪਤਾ ਖੋਲ੍ਹਦਾ ਹੈ",
        "ਫ਼ੋਨ ਇੱਥੇ ਦਿਖਾਓ",
        "ਮਦਦ ਚਾਹੀਦੀ ਹੋਵੇ ਤਾਂ ਸਕੂਲ ਦੇ ਦਫ਼ਤਰ ਨੂੰ 0121 496 0142 'ਤੇ ਫ਼ੋਨ ਕਰੋ। ਅਸੀਂ ਤੁਹਾਡੀ ਭਾਸ਼ਾ ਬੋਲਣ ਵਾਲੇ ਨਾਲ ਤੁਹਾਨੂੰ ਫ਼ੋਨ ਕਰ ਸਕਦੇ ਹਾਂ।",
        "ਤੁਹਾਡੀ ਸ਼ੁਭਚਿੰਤਕ",
    ),
    "bn": LetterWords(
        "মঙ্গলবার, 13 অক্টোবর 2026",
        "পরিবারের পাতায় আপনার প্রবেশপথ",
        "প্রিয় নাসরিন আখতার,",
        (
            "ওকফিল্ড প্রাইমারি পরিবারের জন্য ওয়েব পাতা তৈরি করেছে। সেখানে আপনার সন্তান কেমন এগোচ্ছে তা পড়তে পারবেন।",
            "কে আপনার সন্তানকে সাহায্য করেন তাও দেখতে পারবেন, আর নিজের ভাষা বেছে নিতে পারবেন।",
            "এই চিঠি শুধু আপনার জন্য। এটি যত্নে রাখুন এবং কোডটি কাউকে দেবেন না।",
        ),
        "আপনার কোড",
        "কোডটি একবার কাজ করে, মঙ্গলবার 10 নভেম্বর 2026 পর্যন্ত।",
        "কীভাবে শুরু করবেন",
        (
            "নিচের ওয়েব ঠিকানা খুলুন, অথবা চৌকো ছবির দিকে ফোন ধরুন।",
            "কোডটি লিখুন।",
            "আপনার ভাষা ও ছয় অঙ্কের একটি PIN বেছে নিন।",
        ),
        "ওয়েব ঠিকানা:",
        "একটি চৌকো কোড, যা আপনার কোডসহ ওয়েব ঠিকানা খোলে",
        "এখানে ফোন ধরুন",
        "সাহায্য লাগলে স্কুলের অফিসে 0121 496 0142 নম্বরে ফোন করুন। আপনার ভাষা জানেন এমন কাউকে নিয়ে আমরা ফোন করতে পারি।",
        "আপনার বিশ্বস্ত",
    ),
    "pl": LetterWords(
        "wtorek, 13 października 2026",
        "Dostęp do stron dla rodzin",
        "Szanowna Pani Nasreen Akhtar,",
        (
            "Szkoła Oakfield Primary ma teraz strony internetowe dla rodzin. Można tam przeczytać, jak radzi sobie dziecko.",
            "Można też zobaczyć, kto pomaga dziecku, i wybrać język stron.",
            "Ten list jest tylko dla Pani. Prosimy go zachować i nikomu nie podawać kodu.",
        ),
        "Pani kod",
        "Kod działa jeden raz, do wtorku 10 listopada 2026.",
        "Jak zacząć",
        (
            "Proszę otworzyć poniższy adres lub skierować telefon na kwadrat.",
            "Proszę wpisać kod.",
            "Proszę wybrać język i PIN z sześciu cyfr.",
        ),
        "Adres strony:",
        "Kwadratowy kod, który otwiera adres strony razem z Pani kodem",
        "Tu proszę skierować telefon",
        "W razie pytań prosimy dzwonić do sekretariatu: 0121 496 0142. Możemy oddzwonić z osobą, która mówi po polsku.",
        "Z wyrazami szacunku",
    ),
    "ro": LetterWords(
        "marți, 13 octombrie 2026",
        "Intrarea dumneavoastră în paginile pentru familii",
        "Stimată doamnă Nasreen Akhtar,",
        (
            "Școala Oakfield Primary are acum pagini web pentru familii. Acolo puteți citi cum se descurcă copilul dumneavoastră.",
            "Puteți vedea și cine îl ajută și puteți alege limba în care citiți.",
            "Această scrisoare este numai pentru dumneavoastră. Păstrați-o bine și nu dați codul nimănui.",
        ),
        "Codul dumneavoastră",
        "Codul merge o singură dată, până marți, 10 noiembrie 2026.",
        "Cum începeți",
        (
            "Deschideți adresa de mai jos sau îndreptați telefonul spre pătrat.",
            "Scrieți codul.",
            "Alegeți limba și un PIN din șase cifre.",
        ),
        "Adresa web:",
        "Un cod pătrat care deschide adresa web cu codul dumneavoastră",
        "Îndreptați telefonul aici",
        "Dacă aveți nevoie de ajutor, sunați la secretariat: 0121 496 0142. Vă putem suna împreună cu cineva care vorbește română.",
        "Cu stimă",
    ),
    "ar": LetterWords(
        "الثلاثاء 13 أكتوبر 2026",
        "دخولك إلى صفحات العائلات",
        "السيدة نسرين أختر المحترمة،",
        (
            "لدى مدرسة أوكفيلد الابتدائية الآن صفحات على الإنترنت للعائلات. يمكنك أن تقرئي فيها كيف يتقدم طفلك.",
            "ويمكنك أن تعرفي من يساعد طفلك، وأن تختاري اللغة التي تقرئين بها.",
            "هذه الرسالة لك وحدك. احفظيها في مكان آمن ولا تعطي الرمز لأحد.",
        ),
        "رمزك",
        "يعمل الرمز مرة واحدة، حتى الثلاثاء 10 نوفمبر 2026.",
        "كيف تبدئين",
        (
            "افتحي العنوان المكتوب أدناه، أو وجّهي هاتفك إلى المربع.",
            "اكتبي الرمز.",
            "اختاري لغتك ورقم PIN من ستة أرقام.",
        ),
        "عنوان الموقع:",
        "رمز مربع يفتح عنوان الموقع ومعه رمزك",
        "وجّهي هاتفك إلى هنا",
        "إذا احتجت إلى مساعدة فاتصلي بمكتب المدرسة على 0121 496 0142. نستطيع أن نتصل بك مع شخص يتكلم لغتك.",
        "مع خالص التحية",
    ),
    "so": LetterWords(
        "Talaado 13 Oktoobar 2026",
        "Sida aad u gasho bogagga qoysaska",
        "Mudane Nasreen Akhtar,",
        (
            "Dugsiga Oakfield Primary wuxuu hadda leeyahay bogag internet oo qoysaska loogu talagalay. Halkaas waxaad ka akhrin kartaa sida ilmahaagu u horumarayo.",
            "Waxaad kaloo arki kartaa cidda ilmahaaga caawisa, waxaadna dooran kartaa luqaddaada.",
            "Warqaddan adiga kaliya ayay kuu tahay. Si fiican u kaydi, koodhkana cidna ha siin.",
        ),
        "Koodhkaaga",
        "Koodhku hal mar ayuu shaqeeyaa, ilaa Talaado 10 Nofembar 2026.",
        "Sida loo bilaabo",
        (
            "Fur cinwaanka hoose, ama taleefankaaga ku jeedi laba jibbaaraha.",
            "Qor koodhka.",
            "Dooro luqaddaada iyo PIN lix lambar ah.",
        ),
        "Cinwaanka:",
        "Koodh laba jibbaaran oo furaya cinwaanka iyo koodhkaaga",
        "Taleefanka halkan ku jeedi",
        "Haddii aad caawimo u baahan tahay, wac xafiiska dugsiga 0121 496 0142. Waxaan ku soo wici karnaa qof luqaddaada ku hadla.",
        "Mahadsanid",
    ),
}
