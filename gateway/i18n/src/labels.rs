//! The fixed texts of the pages.

use super::Language;
use super::texts::labels;

impl Language {
    /// Fixed texts of the pages.
    pub const fn labels(self) -> &'static Labels {
        match self {
            Self::French => &Labels::FRENCH,
            Self::English => &Labels::ENGLISH,
        }
    }
}

labels! {
    /// The fixed texts in one language.
    Labels:
    demonstration: "DÉMONSTRATION — bâtiment simulé", "DEMONSTRATION — simulated building";
    skip: "Aller au contenu", "Skip to content";
    navigation: "Pages", "Pages";
    live: "Direct", "Live";
    zones: "Zones", "Zones";
    energy: "Énergie", "Energy";
    history: "Historique", "History";
    report: "Rapport", "Report";
    sensors: "Capteurs", "Sensors";
    wall: "Affichage mural", "Wall display";
    for_programs: "Données pour programmes", "Data for programs";

    pulse_live: "En direct", "Live";
    pulse_of: "Chiffres de {}", "Figures of {}";
    pulse_quiet: "Plus de nouvelles", "No news";
    ago: "il y a {}", "{} ago";
    server_silent:
        "Plus de nouvelles depuis {}. Les chiffres ci-dessous datent de ce moment.",
        "No news since {}. The figures below are from that moment.";
    gateway_silent:
        "Les capteurs ne sont plus relevés depuis {}. Les chiffres ci-dessous datent de ce moment.",
        "The sensors have not been read since {}. The figures below are from that moment.";
    never_heard:
        "Les capteurs n\u{2019}ont pas encore été relevés. Les chiffres viendront ici d\u{2019}eux-mêmes.",
        "The sensors have not been read yet. The figures will appear here by themselves.";
    no_script:
        "Sans JavaScript, cette page se renouvelle toutes les 30 secondes.",
        "Without JavaScript this page renews itself every 30 seconds.";

    building: "Bâtiment", "Building";
    people: "Personnes", "People";
    people_unknown: "Nombre de personnes inconnu", "Number of people unknown";
    unknown: "inconnu", "unknown";
    closed: "Fermé", "Closed";
    closed_detail: "personne dans le bâtiment", "nobody in the building";
    closed_now: "bâtiment fermé à cette heure", "closed at this hour";
    of_capacity: "de la capacité", "of capacity";
    air: "Air", "Air";
    air_co2: "CO₂", "CO₂";
    temperature: "Température", "Temperature";
    zone: "Zone", "Zone";
    now: "maintenant", "now";
    today: "aujourd\u{2019}hui", "today";
    machine: "Machine", "Machine";
    power: "Puissance", "Power";
    energy_today: "Énergie du jour", "Energy today";
    no_power: "puissance inconnue", "power unknown";
    to_watch: "À surveiller", "To watch";
    nothing_to_watch: "Rien à signaler.", "Nothing to report.";
    running: "en marche", "running";
    machines_running: "machines en marche", "machines running";
    none_running: "Aucune machine en marche", "No machine running";
    power_chart: "Puissance aujourd\u{2019}hui, par quart d\u{2019}heure", "Power today, by quarter hour";

    meter: "Compteur", "Meter";
    meters: "Compteurs", "Meters";
    yesterday: "Hier", "Yesterday";
    today_head: "Aujourd\u{2019}hui", "Today";
    month: "Ce mois", "This month";
    coverage: "Part mesurée du jour", "Measured share of today";
    quality: "Qualité", "Quality";
    total: "Bâtiment entier", "Whole building";
    energy_note:
        "Les périodes sont les jours et mois civils du site. Une énergie inconnue n\u{2019}est jamais comptée pour zéro.",
        "Periods are the civil days and months of the site. Unknown energy never counts as zero.";

    energy_views: "Vues de l\u{2019}énergie", "Views of energy";
    view_now: "En ce moment", "Now";
    view_use: "Consommation", "Consumption";
    view_load: "Puissance et talon", "Power and baseload";
    view_machines: "Machines", "Machines";
    view_people: "Énergie et présence", "Energy and people";
    view_checks: "Contrôles", "Checks";
    scope: "Périmètre", "Scope";
    whole_building: "Bâtiment entier", "Whole building";
    span_today: "Aujourd\u{2019}hui", "Today";
    span_yesterday: "Hier", "Yesterday";
    span_week: "Cette semaine", "This week";
    span_last_week: "Semaine passée", "Last week";
    span_month: "Ce mois", "This month";
    span_last_month: "Mois passé", "Last month";
    span_year: "Cette année", "This year";
    span_last_year: "Année passée", "Last year";
    consumed: "Consommation", "Consumption";
    cost: "Coût de l\u{2019}énergie", "Cost of energy";
    fixed_cost: "Part fixe", "Fixed part";
    carbon: "Émissions", "Emissions";
    primary: "Énergie primaire", "Primary energy";
    intensity: "Par m²", "Per m²";
    share: "Part", "Share";
    by_use: "Par usage", "By use";
    by_zone: "Par zone", "By zone";
    unassigned: "Non affecté", "Not assigned";
    use_head: "Usage", "Use";
    pathway: "Trajectoire Éco Énergie Tertiaire", "Pathway of the décret tertiaire";
    goal_head: "Échéance", "Goal";
    allowed_head: "Énergie finale permise par an", "Final energy allowed a year";
    goal_reached: "Atteint sur 12 mois", "Met over 12 months";
    yes: "oui", "yes";
    no: "non", "no";
    baseload: "Talon", "Baseload";
    baseload_note:
        "Talon\u{a0}: puissance dépassée 95\u{202f}% du temps, sur les quarts d\u{2019}heure mesurés.",
        "Baseload: the power that is exceeded 95% of the time, over measured quarter hours.";
    mean_power: "Puissance moyenne", "Mean power";
    peak_power: "Pointe", "Peak";
    load_factor: "Facteur de charge", "Load factor";
    hour_head: "Heure", "Hour";
    share_of_hours: "Part du temps", "Share of the time";
    exceeded_power: "Puissance dépassée", "Power exceeded";
    no_cells: "pas de mesure", "no readings";
    sessions: "Séances", "Sessions";
    hours_worked: "Temps de travail", "Working time";
    per_session: "Par séance", "Per session";
    idle: "À vide", "Idle";
    standby_power: "Puissance en veille", "Standby power";
    standby_energy: "Énergie en veille", "Standby energy";
    end: "Fin", "End";
    peak: "Pointe", "Peak";
    running_still: "en cours", "still running";
    no_machines: "Aucune machine dans ce périmètre.", "No machine in this scope.";
    week: "Semaine du", "Week of";
    vacant_energy: "Sans personne", "Nobody there";
    occupied_energy: "En présence", "Somebody there";
    unknown_energy: "Présence inconnue", "Presence unknown";
    person_hours: "Heures-personnes", "Person-hours";
    per_person_hour: "Par heure-personne", "Per person-hour";
    people_note:
        "Une présence inconnue n\u{2019}est comptée ni comme présence ni comme absence.",
        "Where presence is unknown it counts neither as presence nor as absence.";
    too_long:
        "Cette vue ne couvre pas une année\u{a0}: choisissez un mois au plus.",
        "This view does not cover a year: choose a month at most.";
    only_zones:
        "La présence est connue par zone\u{a0}: choisissez le bâtiment ou une zone.",
        "Presence is known by zone: choose the building or a zone.";
    measured_time: "Temps mesuré", "Measured time";
    repaired_time: "Rétabli par index", "Recovered from registers";
    days_to_verify: "Jours à vérifier", "Days to verify";
    check_note:
        "Chaque jour, l\u{2019}index est comparé à la puissance intégrée\u{a0}: au-delà de 3\u{202f}% d\u{2019}écart (5\u{202f}% pour des pinces), le compteur est à vérifier. Les chiffres restent ceux de l\u{2019}index.",
        "Every day the register is compared with integrated power: beyond 3% (5% for clamps) the meter is to be verified. Figures remain those of the register.";
    events: "Anomalies des index et silences rétablis", "Anomalies of registers and recovered silences";
    no_events: "Aucune anomalie dans cette période.", "No anomaly in this span.";
    what: "Constat", "Finding";
    repaired_silence:
        "silence rétabli\u{a0}: total connu, répartition inconnue",
        "silence recovered: total known, shape unknown";

    occupancy: "Occupation", "Occupancy";
    capacity: "Capacité", "Capacity";
    humidity: "Humidité", "Humidity";
    data_age: "Dernière mesure", "Last reading";
    last_error: "Écart du dernier jour", "Error of the last day";
    last_error_note:
        "Ce que les compteurs de porte avaient encore à l\u{2019}intérieur quand la journée a été close.",
        "What the door counters still had inside when the day was closed.";

    history_of: "Historique d\u{2019}un point de mesure", "History of a point";
    point: "Point de mesure", "Point";
    span: "Période", "Span";
    last_hour: "1 heure", "1 hour";
    last_day: "24 heures", "24 hours";
    last_week: "7 jours", "7 days";
    last_month: "31 jours", "31 days";
    show: "Afficher", "Show";
    show_table: "Voir le tableau", "Show the table";
    table_start: "Début", "Start";
    table_min: "Minimum", "Minimum";
    table_mean: "Moyenne", "Mean";
    table_max: "Maximum", "Maximum";
    table_coverage: "Part mesurée", "Measured share";
    no_readings:
        "Aucune mesure dans cette période.",
        "No readings in this span.";
    share_of_time: "{} % du temps", "{}% of the time";
    gap: "aucune mesure", "no readings";
    chart_legend:
        "Trait\u{a0}: moyenne\u{a0}; bande\u{a0}: du minimum au maximum.",
        "Line: mean; band: from minimum to maximum.";
    chart_keys:
        "Flèches gauche et droite\u{a0}: lire les valeurs une à une.",
        "Left and right arrows: read the values one by one.";
    no_points:
        "Le fichier du site ne nomme aucun point de mesure.",
        "The site file names no points.";

    devices: "Appareils", "Devices";
    device: "Appareil", "Device";
    state: "État", "State";
    last_seen: "Vu pour la dernière fois", "Last seen";
    battery: "Pile", "Battery";
    rhythm: "Rythme", "Rhythm";
    lost_readings: "Mesures perdues", "Readings lost";
    not_named: "absent du fichier du site", "not in the site file";
    never: "jamais", "never";
    no_devices: "Aucun appareil ne s\u{2019}est encore annoncé.", "No device has been heard yet.";
    sources: "Sources", "Sources";
    sources_note:
        "Tout ce qui a été reçu au moins une fois, avec sa dernière valeur.",
        "Everything that was received at least once, with its newest value.";
    channel: "Voie", "Channel";
    quantity: "Grandeur", "Quantity";
    last_value: "Dernière valeur", "Newest value";
    role: "Rôle", "Role";
    no_role: "sans rôle", "no role";
    more: "Il y en a d\u{2019}autres\u{a0}: voir", "There are more: see";
    quarantine: "Messages refusés", "Refused messages";
    storage: "Stockage", "Storage";
    storage_unknown: "Pas encore mesuré.", "Not measured yet.";
    storage_taken: "Mesures et totaux", "Readings and totals";
    storage_reusable: "dont place à réutiliser", "of which room to be used again";
    storage_free: "Libre sur le disque", "Free on the disk";
    storage_errors: "Erreurs du disque", "Errors of the disk";
    storage_errors_note:
        "Comptées par le système de fichiers\u{a0}: une carte usée en fait avant de perdre des fichiers.",
        "As the file system counts them: a worn card makes some before it loses files.";
    kept: "Conservation", "Kept";
    storage_written: "Écrit par jour", "Written per day";
    storage_written_note:
        "Une carte SD s\u{2019}use par ce qui y est écrit ; au rythme des dernières 24 heures.",
        "An SD card wears by what is written to it; at the pace of the last 24 hours.";
    storage_first_hour: "connu après une heure", "known after an hour";
    quarantine_note:
        "Ce qui ne peut pas être lu ou n\u{2019}a pas sa place reste ici avec son motif\u{a0}; rien n\u{2019}est jeté en silence.",
        "What cannot be read or does not belong stands here with its reason; nothing is dropped silently.";
    no_quarantine: "Aucun message refusé.", "No message was refused.";
    received: "Reçu", "Received";
    topic: "Sujet MQTT", "MQTT topic";
    reason: "Motif", "Reason";
    payload: "Début du message", "Start of the message";
    quarantine_withheld:
        "Les messages refusés ne sont montrés qu\u{2019}aux personnes connectées.",
        "Refused messages are shown only to those who are logged in.";
    count: "Nombre", "Count";
    store_silent:
        "La base de mesures ne répond pas\u{a0}: cette partie manque pour l\u{2019}instant.",
        "The store of readings does not answer: this part is missing for now.";

    backup: "Sauvegarde", "Backup";
    backup_compared:
        "Dernière sauvegarde restaurée à l\u{2019}essai et trouvée identique\u{a0}: {}.",
        "Last backup that was restored on trial and found the same: {}.";
    backup_never:
        "Aucune sauvegarde n\u{2019}a encore été restaurée à l\u{2019}essai et comparée.",
        "No backup has been restored on trial and compared yet.";
    backup_same_disk:
        "Elle est sur le même disque que les données\u{a0}: une panne de ce disque emporterait les deux. Indiquer un autre disque avec --backup-to.",
        "It lies on the disk of the data: a fault of that disk would take both. Name another disk with --backup-to.";
    backup_failed: "La dernière tentative, {}, a échoué.", "The last attempt, {}, failed.";
    forwarding: "Copie vers InfluxDB", "Copy to InfluxDB";
    forwarding_done: "Tous les relevés sont transmis.", "All readings have been forwarded.";
    forwarding_behind:
        "{} relevés restent à transmettre\u{a0}; ils sont conservés ici.",
        "{} readings are still to be forwarded; they are kept here.";
    forwarding_unknown: "Ce qui reste à transmettre n\u{2019}est pas encore compté.",
        "What is still to be forwarded has not been counted yet.";
    forwarding_fault: "InfluxDB n\u{2019}en prend pas pour l\u{2019}instant.", "InfluxDB takes none at present.";
    backup_none: "La démonstration n\u{2019}est pas sauvegardée.", "The demonstration is not backed up.";

    login: "Connexion", "Log in";
    account: "Compte", "Account";
    account_name: "nom", "name";
    password: "Mot de passe", "Password";
    log_in: "Se connecter", "Log in";
    log_out: "Se déconnecter", "Log out";
    login_wrong: "Ce nom et ce mot de passe ne vont pas ensemble.", "This name and password do not belong together.";
    login_too_many: "Trop d\u{2019}essais\u{a0}: réessayer dans {}.", "Too many attempts: try again in {}.";
    login_busy: "Trop de connexions à la fois\u{a0}: réessayer dans quelques secondes.",
        "Too many are logging in at once: try again in a few seconds.";
    no_accounts:
        "Il n\u{2019}y a pas encore de compte. Le premier se crée sur la machine qui fait tourner Vigie\u{a0}:",
        "There is no account yet. The first one is made on the machine that runs Vigie:";
    alerts: "Alertes", "Alerts";
    alerts_over: "Terminées", "Over";
    no_alerts_over: "Aucune alerte passée.", "No alerts before.";
    take_care: "Je m\u{2019}en occupe", "I take care of it";
    taken_care_of: "prise en charge", "taken care of";
    trial: "Essai d\u{2019}envoi", "Trial";
    trial_note:
        "Envoie un message d\u{2019}essai par courriel et par webhook, comme le fichier du site les nomme.",
        "Sends a trial message by e-mail and webhook, as the site file names them.";
    send_trial: "Envoyer un essai", "Send a trial";
    all_alerts: "Toutes les alertes", "All alerts";

    staff: "Équipe", "Staff";
    logged_in_as: "Connecté\u{a0}: {}", "Logged in: {}";

    corrections: "Corrections", "Corrections";
    corrections_note:
        "Une mesure fausse est corrigée ici\u{a0}: rien n\u{2019}est effacé, et chaque correction peut être annulée.",
        "A wrong reading is corrected here: nothing is erased, and each correction can be undone.";
    corrections_entered: "Corrections inscrites", "Corrections entered";
    no_corrections: "Aucune correction.", "No corrections.";
    correct_what: "Compteur ou point de mesure", "Meter or point";
    points: "Points de mesure", "Points";
    correct_from: "Depuis", "From";
    correct_to: "Jusqu\u{2019}à", "Until";
    correct_how: "Que faire", "What to do";
    correct_exclude: "Écarter les mesures", "Leave the readings out";
    correct_state: "Déclarer une valeur", "State a value";
    correct_note: "Noter une remarque seulement", "Only note a remark";
    correct_value:
        "Valeur déclarée\u{a0}: énergie en kWh pour un compteur, sinon dans l\u{2019}unité du point",
        "Stated value: energy in kWh for a meter, else in the unit of the point";
    correct_reason: "Motif", "Reason";
    correct_preview: "Voir l\u{2019}effet", "See the effect";
    correct_enter: "Inscrire la correction", "Enter the correction";
    figure_before: "Sans la correction", "Without the correction";
    figure_after: "Avec la correction", "With the correction";
    cannot_change:
        "Rien ne peut être changé ici\u{a0}: ouvrir le tableau de bord de la passerelle elle-même.",
        "Nothing can be changed here: open the dashboard of the gateway itself.";
    undo: "Annuler", "Undo";
    is_undone: "annulée", "undone";
    undone_on_the_page: "annulée depuis la page", "undone from the page";
    target_missing: "Choisir un compteur ou un point de mesure.", "Choose a meter or a point.";
    time_missing: "Indiquer le début et la fin.", "Give the start and the end.";
    number_missing: "Indiquer la valeur en chiffres.", "Give the value in figures.";
    reason_missing: "Indiquer le motif.", "Give the reason.";
    span_backwards: "La fin doit venir après le début.", "The end must come after the start.";
    span_in_future:
        "La fin est dans le futur\u{a0}: ce qui n\u{2019}est pas encore mesuré ne peut pas être faux.",
        "The end is in the future: what is not measured yet cannot be wrong.";

    applying: "Changement en cours", "Change under way";
    applying_note: "Le bâtiment reprend avec le nouveau fichier\u{a0}; cette page revient d\u{2019}elle-même.", "The building goes on with the new file; this page comes back by itself.";
    to_assign: "À affecter", "To be assigned";
    to_assign_note:
        "Ces appareils envoient des mesures mais n\u{2019}ont pas encore de rôle. Leur historique est déjà gardé.",
        "These devices send readings but have no role yet. Their history is kept already.";
    nothing_to_assign: "Tout ce qui envoie des mesures a un rôle.", "Everything that sends readings has a role.";
    heard_since: "entendu depuis", "heard since";
    more_devices: "D\u{2019}autres suivront quand ceux-ci auront leur rôle.", "More will follow when these have their roles.";
    roles: "Rôles", "Roles";
    role_empty: "aucun appareil", "no device";
    role_new: "Nouveau rôle", "New role";
    role_new_note:
        "Un nouveau rôle reçoit tout l\u{2019}historique de l\u{2019}appareil\u{a0}; une reprise ne compte qu\u{2019}à partir de maintenant.",
        "A new role gets all of the device\u{2019}s history; taking over counts from now on.";
    takes_over: "Reprendre\u{a0}:", "Take over:";
    assign: "Affecter un appareil", "Assign a device";
    assign_do: "Affecter", "Assign";
    machine_name: "Nom de la machine ou du circuit", "Name of the machine or circuit";
    door_to: "La porte mène à", "The door leads to";
    door_from: "Elle vient de", "It comes from";
    outside: "l\u{2019}extérieur", "outside";
    zone_missing: "Choisir la zone.", "Choose the zone.";
    sides_missing: "Choisir deux côtés différents.", "Choose two different sides.";
    name_missing: "Donner un nom, sur une ligne.", "Give a name, on one line.";
    role_missing: "Ce rôle n\u{2019}existe plus.", "This role is not there any more.";
    refresh: "Relire la valeur", "Read the value again";
    test: "Essai de deux minutes", "Two-minute test";
    test_begin: "Commencer l\u{2019}essai", "Begin the test";
    test_left: "Il reste", "Left:";
    test_over: "Les deux minutes sont passées.", "The two minutes are over.";
    test_passed: "Réussi", "Passed";
    test_failed: "Échoué", "Failed";
    swap: "Remplacer l\u{2019}appareil", "Replace the device";
    swap_note:
        "L\u{2019}historique reste avec le rôle\u{a0}: l\u{2019}ancien appareil compte jusqu\u{2019}au remplacement, le nouveau à partir de là.",
        "History stays with the role: the old device counts until the swap, the new one from then on.";
    swap_since: "Remplacé depuis (maintenant si rien n\u{2019}est indiqué)", "Swapped since (now when left empty)";
    swap_nobody:
        "Aucun appareil de la même grandeur n\u{2019}attend un rôle. Brancher le nouveau, puis revenir ici.",
        "No device of the same quantity waits for a role. Plug the new one in, then come back.";
    swap_to: "Nouvel appareil", "New device";
    swap_do: "Remplacer", "Replace";
    register_closing: "Index de clôture de l\u{2019}ancien, en kWh", "Closing register of the old one, in kWh";
    register_opening: "Index d\u{2019}ouverture du nouveau, en kWh", "Opening register of the new one, in kWh";
    registers_kept: "index de clôture {} kWh, d\u{2019}ouverture {} kWh", "closing register {} kWh, opening {} kWh";
    qr_sheet: "Étiquettes QR", "QR labels";
    qr_sheet_note:
        "À imprimer, découper et coller près des capteurs. Chaque code mène à la page de son rôle sur",
        "To be printed, cut out and stuck beside the sensors. Each code leads to the page of its role at";
    qr_sheet_here:
        "Cette adresse ne mène qu\u{2019}à cette machine\u{a0}: ouvrir cette page par l\u{2019}adresse que les téléphones utilisent.",
        "This address leads to this machine only: open this page by the address that phones use.";
    ledger: "Journal", "Ledger";
    ledger_empty: "Rien n\u{2019}a encore été changé.", "Nothing has been changed yet.";
    site_file_trouble: "Le fichier du site n\u{2019}est pas en ordre\u{a0}; la dernière bonne version reste en service.", "The site file is not in order; the last good version stays in service.";

    not_found: "Cette page n\u{2019}existe pas", "There is no such page";
    not_found_detail: "Les pages du site sont dans le menu ci-dessus.", "The pages are in the menu above.";
}
